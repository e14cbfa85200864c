// Where examples draw: the folder `pictures` of the folder they are run in.
import { PlotError, type Figure } from "@ndgrad/plot";

/**
 * Draws each figure as `pictures/<name>.svg` and says where. What cannot be drawn or written is told in a line, and the
 * program ends with code 1: what it has printed so far stays true.
 *
 * @example
 * await draw({ "circles-cost": lossCurve(costs) });
 */
export async function draw(figures: Readonly<Record<string, Figure>>): Promise<void> {
  for (const [name, figure] of Object.entries(figures)) {
    try {
      console.log(`drawn in ${await figure.save(`pictures/${name}.svg`)}`);
    } catch (error) {
      if (!(error instanceof PlotError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}
