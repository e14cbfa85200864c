/** A literal is a size the compiler knows, `number` one only the run knows, `Named<"batch">` one it can only compare. */
export type Shape = number[];

/** Elements as nested arrays of a shape's depth. */
export type Nested<S extends Shape, T> = number extends S["length"]
  ? NestedOfAnyDepth<T>
  : S extends [number, ...infer Rest extends Shape] ? Nested<Rest, T>[] : T;
/** Elements as arrays nested to a depth only the run knows. */
export type NestedOfAnyDepth<T> = T | NestedOfAnyDepth<T>[];
