import { NdgradError } from "@ndgrad/core";

/** A module that is used before it knows its sizes, with an input that does not fit, or with parts that clash. */
export class ModuleError extends NdgradError {
  override readonly name: string = "ModuleError";
}

/** Training that cannot go on: no data, no parameters, a loss that is no number. */
export class TrainingError extends NdgradError {
  override readonly name: string = "TrainingError";
}

/** A file of parameters that is damaged, or belongs to another model. */
export class ParameterFileError extends NdgradError {
  override readonly name: string = "ParameterFileError";
}
