import { joined, lengthOf, pushAll, pushName, pushSigned, pushSigned32, pushUnsigned } from "./bytes.ts";
import { codeOf, laneMemoryCodeOf, memoryCodeOf, type LaneMemoryOp, type LaneOp, type MemoryCode, type MemoryOp, type PlainOp } from "./opcodes.ts";

/**
 * Writes WebAssembly modules in the binary format. One method per form of instruction; instructions go by the names of the
 * specification, and the names are checked by the compiler. The engine's own `WebAssembly.Module` validates the rest.
 */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";
const valueTypeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const emptyBlockType = 0x40;

/** A local variable or parameter of the function being written. */
export type Local = number;
/** A target of branches: the end of a block or `if`, the start of a loop. */
export interface Label { readonly depth: number }

const pushCode = (out: number[], code: number): void => {
  if (code > 0xff) {
    out.push(code >> 12);
    pushUnsigned(out, code & 0xfff);
  } else out.push(code);
};

/** Writes the body of one function. Made by `ModuleBuilder.define`. Every method returns the builder, to be chained. */
export class FunctionBuilder {
  /** To be called by. */
  readonly index: number;
  /** The parameters, as locals. */
  readonly params: readonly Local[];
  private readonly types: ValueType[];
  private readonly parameterCount: number;
  private readonly code: number[] = [];
  private readonly spare: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  private depth = 0;

  constructor(index: number, params: readonly ValueType[]) {
    this.index = index;
    this.params = params.map((_, i) => i);
    this.types = [...params];
    this.parameterCount = params.length;
  }

  /** A local for use until released. Its value is whatever a former user left: set it before reading it. */
  local(type: ValueType): Local {
    const spare = this.spare[type].pop();
    if (spare !== undefined) return spare;
    this.types.push(type);
    return this.types.length - 1;
  }

  /** Several locals of one type. */
  locals(type: ValueType, count: number): Local[] { return Array.from({ length: count }, () => this.local(type)); }

  /** Gives locals back, to be handed out again. */
  release(...locals: readonly Local[]): this {
    for (const local of locals) this.spare[this.types[local]].push(local);
    return this;
  }

  get(...locals: readonly Local[]): this { for (const local of locals) this.indexed(0x20, local); return this; }
  set(local: Local): this { return this.indexed(0x21, local); }
  tee(local: Local): this { return this.indexed(0x22, local); }

  /** `i32.const`; numbers from 2³¹ to 2³² − 1 stand for their bits. */
  i32(value: number): this { this.code.push(0x41); pushSigned32(this.code, value); return this; }
  i64(value: bigint): this { this.code.push(0x42); pushSigned(this.code, value); return this; }
  f32(value: number): this { this.code.push(0x43); pushAll(this.code, new Uint8Array(new Float32Array([value]).buffer)); return this; }
  f64(value: number): this { this.code.push(0x44); pushAll(this.code, new Uint8Array(new Float64Array([value]).buffer)); return this; }
  /** `v128.const` with these 16 bytes, lowest address first. */
  v128(bytes: ArrayLike<number>): this {
    if (bytes.length !== 16) throw new RangeError(`v128: ${bytes.length} bytes, not 16`);
    pushCode(this.code, 0xfd00c);
    pushAll(this.code, bytes);
    return this;
  }

  /** An instruction without immediates: `op("f32x4.add")`. */
  op(name: PlainOp): this { pushCode(this.code, codeOf(name)); return this; }

  /** An instruction on one lane: `lane("f32x4.extract_lane", 0)`. */
  lane(name: LaneOp, lane: number): this { pushCode(this.code, codeOf(name)); this.code.push(lane); return this; }

  /** A load, store or atomic operation at the address on the stack plus `offset` bytes. Plain ones need no alignment. */
  memory(name: MemoryOp, offset = 0): this { return this.address(memoryCodeOf(name), offset); }

  /** A load or store of one lane at the address on the stack plus `offset` bytes. */
  memoryLane(name: LaneMemoryOp, lane: number, offset = 0): this { this.address(laneMemoryCodeOf(name), offset); this.code.push(lane); return this; }

  /** `i8x16.shuffle`: byte i of the result is byte `bytes[i]` of the two vectors on the stack, laid end to end. */
  shuffle(bytes: ArrayLike<number>): this {
    if (bytes.length !== 16) throw new RangeError(`shuffle: ${bytes.length} bytes, not 16`);
    pushCode(this.code, 0xfd00d);
    pushAll(this.code, bytes);
    return this;
  }

  /** `memory.copy`: (to, from, byte count) on the stack. */
  memoryCopy(): this { this.code.push(0xfc, 0x0a, 0, 0); return this; }
  /** `memory.fill`: (to, byte, byte count) on the stack. */
  memoryFill(): this { this.code.push(0xfc, 0x0b, 0); return this; }
  /** `atomic.fence`. */
  fence(): this { this.code.push(0xfe, 0x03, 0); return this; }

  /** Calls a function by its index. */
  call(index: number): this { return this.indexed(0x10, index); }

  /** A block whose label is its end. */
  block(body: (end: Label) => void, result: ValueType | null = null): this { return this.nest(0x02, result, body); }
  /** A block whose label is its start: without a branch there it runs once. */
  loop(body: (again: Label) => void, result: ValueType | null = null): this { return this.nest(0x03, result, body); }
  /** Pops an i32 and runs one side. */
  if(then: (end: Label) => void, otherwise: ((end: Label) => void) | null = null, result: ValueType | null = null): this {
    return this.nest(0x04, result, (end) => {
      then(end);
      if (otherwise !== null) {
        this.code.push(0x05);
        otherwise(end);
      }
    });
  }
  /** Runs `body` as long as `condition` leaves a non-zero i32; `end` leaves the loop. */
  while(condition: () => void, body: (end: Label) => void): this {
    return this.block((end) => {
      this.loop((again) => {
        condition();
        this.op("i32.eqz").branchIf(end);
        body(end);
        this.branch(again);
      });
    });
  }

  /** `br`. */
  branch(label: Label): this { return this.indexed(0x0c, this.depth - label.depth); }
  /** `br_if`. */
  branchIf(label: Label): this { return this.indexed(0x0d, this.depth - label.depth); }
  /** `br_table`: to `labels[i]` for the i32 on the stack, to `otherwise` beyond them. */
  branchTable(labels: readonly Label[], otherwise: Label): this {
    this.indexed(0x0e, labels.length);
    for (const label of [...labels, otherwise]) pushUnsigned(this.code, this.depth - label.depth);
    return this;
  }

  /** The function's entry in the code section, but for its length. */
  body(): readonly (readonly number[])[] {
    // Neighbours of one type share a declaration.
    const runs: { count: number; readonly type: ValueType }[] = [];
    for (const type of this.types.slice(this.parameterCount)) {
      const last = runs.at(-1);
      if (last !== undefined && last.type === type) last.count++;
      else runs.push({ count: 1, type });
    }
    const declarations: number[] = [];
    pushUnsigned(declarations, runs.length);
    for (const { count, type } of runs) {
      pushUnsigned(declarations, count);
      declarations.push(valueTypeCodes[type]);
    }
    return [declarations, this.code, [0x0b]];
  }

  private indexed(code: number, index: number): this { this.code.push(code); pushUnsigned(this.code, index); return this; }

  private address([code, alignment]: MemoryCode, offset: number): this {
    pushCode(this.code, code);
    pushUnsigned(this.code, alignment);
    pushUnsigned(this.code, offset);
    return this;
  }

  private nest(code: number, result: ValueType | null, body: (label: Label) => void): this {
    this.code.push(code, result === null ? emptyBlockType : valueTypeCodes[result]);
    this.depth++;
    body({ depth: this.depth });
    this.depth--;
    this.code.push(0x0b);
    return this;
  }
}

/** Writes one module: imports first, then functions, then `bytes()`. */
export class ModuleBuilder {
  private readonly types = new Map<string, { readonly index: number; readonly encoded: readonly number[] }>();
  private readonly imports: number[][] = [];
  private readonly functions: { readonly type: number; readonly builder: FunctionBuilder }[] = [];
  private readonly exported: number[][] = [];
  private readonly written = new Map<string, number>();
  private importedFunctions = 0;

  /** Imports the memory (sizes in pages of 64 KiB). A shared memory must say its maximum. */
  importMemory(from: string, name: string, size: { readonly least: number; readonly most?: number; readonly shared?: boolean }): this {
    const { least, most, shared = false } = size;
    if (shared && most === undefined) throw new RangeError("importMemory: a shared memory needs a maximum");
    const entry = this.importEntry(from, name, 0x02);
    entry.push((most === undefined ? 0 : 1) | (shared ? 2 : 0));
    pushUnsigned(entry, least);
    if (most !== undefined) pushUnsigned(entry, most);
    return this;
  }

  /** Imports a function and gives its index. Before the first `define`: imports are numbered first. */
  importFunction(from: string, name: string, params: readonly ValueType[], results: readonly ValueType[]): number {
    if (this.functions.length > 0) throw new Error(`importFunction: ${from}.${name} comes after a definition`);
    pushUnsigned(this.importEntry(from, name, 0x00), this.typeIndex(params, results));
    return this.importedFunctions++;
  }

  /** Starts a function; write its body at any time before `bytes()`. */
  define(params: readonly ValueType[], results: readonly ValueType[] = []): FunctionBuilder {
    const builder = new FunctionBuilder(this.importedFunctions + this.functions.length, params);
    this.functions.push({ type: this.typeIndex(params, results), builder });
    return builder;
  }

  /** The index of the function written under this name; `write` writes it the first time. For code that several functions share. */
  once(name: string, write: () => number): number {
    let index = this.written.get(name);
    if (index === undefined) this.written.set(name, (index = write()));
    return index;
  }

  /** Exports a function under a name. */
  export(name: string, index: number): this {
    const entry: number[] = [];
    pushName(entry, name);
    entry.push(0x00);
    pushUnsigned(entry, index);
    this.exported.push(entry);
    return this;
  }

  /** The finished module. */
  bytes(): Uint8Array<ArrayBuffer> {
    const parts: (readonly number[])[] = [[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]];
    /** A section of so many entries, which stand in the parts one after the other. */
    const section = (id: number, count: number, content: readonly (readonly number[])[]): void => {
      if (count === 0) return;
      const entries: number[] = [];
      pushUnsigned(entries, count);
      const head = [id];
      pushUnsigned(head, entries.length + lengthOf(content));
      parts.push(head, entries);
      for (const part of content) parts.push(part);
    };
    const list = (id: number, entries: readonly (readonly number[])[]): void => section(id, entries.length, entries);
    const number = (value: number): number[] => { const encoded: number[] = []; pushUnsigned(encoded, value); return encoded; };
    list(1, [...this.types.values()].map(({ encoded }) => encoded));
    list(2, this.imports);
    list(3, this.functions.map(({ type }) => number(type)));
    list(7, this.exported);
    section(10, this.functions.length, this.functions.flatMap(({ builder }) => { const body = builder.body(); return [number(lengthOf(body)), ...body]; }));
    return joined(parts);
  }

  private importEntry(from: string, name: string, kind: number): number[] {
    const entry: number[] = [];
    pushName(entry, from);
    pushName(entry, name);
    entry.push(kind);
    this.imports.push(entry);
    return entry;
  }

  private typeIndex(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.types.get(key);
    if (known !== undefined) return known.index;
    const encoded = [0x60];
    for (const list of [params, results]) {
      pushUnsigned(encoded, list.length);
      for (const type of list) encoded.push(valueTypeCodes[type]);
    }
    this.types.set(key, { index: this.types.size, encoded });
    return this.types.size - 1;
  }
}
