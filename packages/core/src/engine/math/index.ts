export { expand, expandMath } from "./expand.ts";
