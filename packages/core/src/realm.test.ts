import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { isArrayBuffer, isBlob, isNumberArray, isPromise, isRecord, isSharedArrayBuffer, isUrl, messageOf, typedArrayName } from "./realm.ts";

const foreign = (source: string): unknown => runInNewContext(`(${source})`);

describe("values of another realm", () => {
  test.each(["Float32Array", "Float64Array", "Int32Array", "Uint8Array", "Int8Array", "Uint8ClampedArray"])("%s is known by name", (name) => {
    expect(typedArrayName(foreign(`new ${name}(2)`))).toBe(name);
    expect(isNumberArray(foreign(`new ${name}(2)`))).toBe(true);
  });

  test("arrays of bigints, views without elements and labels are no arrays of numbers", () => {
    for (const source of ["new BigInt64Array(1)", "new DataView(new ArrayBuffer(1))", "[1]", "({ [Symbol.toStringTag]: 'Float32Array' })", "null"]) {
      expect(isNumberArray(foreign(source)), source).toBe(false);
    }
  });

  test("records are records, instances are not", () => {
    for (const source of ["{ a: 1 }", "Object.create(null)", "JSON.parse('{}')"]) expect(isRecord(foreign(source)), source).toBe(true);
    for (const source of ["new Map()", "new (class Box { a = 1 })()", "[]", "new Date()", "null", "() => 1"]) expect(isRecord(foreign(source)), source).toBe(false);
  });

  test("promises are promises", () => {
    expect(isPromise(foreign("Promise.resolve(1)"))).toBe(true);
    expect(isPromise(foreign("{ then: 1 }"))).toBe(false);
  });
});

test("a Buffer is bytes", () => {
  expect(typedArrayName(Buffer.from([1]))).toBe("Uint8Array");
});

test("memory is known by its slots, whichever realm made it", () => {
  for (const source of ["new ArrayBuffer(1)", "new SharedArrayBuffer(1)"]) expect(isArrayBuffer(foreign(source)), source).toBe(true);
  for (const source of ["new Uint8Array(1)", "({ byteLength: 1 })", "({ [Symbol.toStringTag]: 'ArrayBuffer' })", "null"]) expect(isArrayBuffer(foreign(source)), source).toBe(false);
  expect([isSharedArrayBuffer(foreign("new SharedArrayBuffer(1)")), isSharedArrayBuffer(foreign("new ArrayBuffer(1)"))]).toEqual([true, false]);
});

test("addresses and blobs are known by what they do, thrown values by what they say", () => {
  expect([isUrl(new URL("file:///a")), isUrl("file:///a"), isUrl({}), isUrl(null)]).toEqual([true, false, false, false]);
  expect([isBlob(new Blob([])), isBlob(new Response("")), isBlob({}), isBlob(null)]).toEqual([true, false, false, false]);
  expect([messageOf(foreign("new TypeError('no')")), messageOf("why"), messageOf(null)]).toEqual(["no", "why", "null"]);
});
