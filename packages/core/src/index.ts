export { grad, valueAndGrad } from "./transform/gradient.ts";
export { vjp } from "./transform/vjp.ts";
export { jvp } from "./transform/jvp.ts";
export { jacobian, hessian, hvp } from "./transform/jacobian.ts";
