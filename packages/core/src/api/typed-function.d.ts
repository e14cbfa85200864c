// typed-function ships no types; dispatch.ts is the only file that imports it.
declare module "typed-function" {
  interface TypedType { readonly name: string; readonly test: (value: unknown) => boolean }
  interface TypedFunctions {
    (name: string, signatures: Readonly<Record<string, unknown>>): unknown;
    create(): TypedFunctions;
    clear(): void;
    addTypes(types: readonly TypedType[]): void;
    onMismatch: (name: string, args: ArrayLike<unknown>, signatures: unknown) => never;
  }
  const typed: TypedFunctions;
  export default typed;
}
