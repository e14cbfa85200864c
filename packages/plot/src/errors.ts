import { NdgradError } from "@ndgrad/core";

/** What a figure cannot be made of, or where it cannot be written. */
export class PlotError extends NdgradError {
  override readonly name = "PlotError";
}
