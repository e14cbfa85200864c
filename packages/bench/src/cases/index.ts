export { scaling, workloads } from "./networks.ts";
export { elementwises, overhead, products, reductions } from "./operations.ts";
export { programs } from "./programs.ts";
