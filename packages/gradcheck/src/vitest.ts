import { expect } from "vitest";
import { NdgradError } from "@ndgrad/core";
import { reportOf, type GradientCheckOptions } from "./check/check-gradients.ts";
import { isEmpty } from "./check/report.ts";

declare global {
  // Every version of vitest gives `expect` what chai's assertions have; the type parameters of its own `Matchers` differ between versions.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Chai {
    interface Assertion {
      /**
       * Passes where the gradients of the function under test agree with finite differences at `inputs` (the argument, or an
       * array of the arguments), as `checkGradients` finds. The failure message is its report.
       *
       * @example
       * expect((x: Tensor) => x.tanh()).toHaveCorrectGradients(tensor([0.3, -2]), { order: 2 });
       */
      toHaveCorrectGradients(inputs: unknown, options?: GradientCheckOptions): void;
    }
  }
}

expect.extend({
  toHaveCorrectGradients(received: unknown, inputs: unknown, options?: GradientCheckOptions) {
    if (typeof received !== "function") {
      return { pass: false, message: () => `toHaveCorrectGradients: expected a function of tensors, and got ${received === null ? "null" : typeof received}` };
    }
    // What it takes and returns is found out by calling it.
    const report = reportOf("toHaveCorrectGradients", received, inputs, options);
    // Neither right nor wrong: `not` must not take it for wrong.
    if (isEmpty(report)) throw new NdgradError(`toHaveCorrectGradients: ${String(report)}`);
    return { pass: report.ok, message: () => (report.ok ? `expected wrong gradients, and the ${String(report)}` : String(report)) };
  },
});
