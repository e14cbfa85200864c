import { bytesPerElement } from "../../dtype.ts";
import type { FunctionBuilder, Local } from "./encoder.ts";
import { position, type KernelContext } from "./loop-expression.ts";
import type { ElementMap } from "./loop-map.ts";
import { advance, isPacked, pushAddress, pushAmount, type Amount } from "./loop-vector.ts";

/** The side of a tile: as many elements of 32 bits as a vector holds. */
const side = 4;
/** Tiles worked off one below the other: together as many rows as a cache line of a transposed operand holds. */
const tilesDown = 4;

const runsAcross = (strides: readonly Amount[], dtype: keyof typeof bytesPerElement): boolean => isPacked({ dtype, stride: strides[strides.length - 1] });
const runsDown = (strides: readonly Amount[], dtype: keyof typeof bytesPerElement): boolean => isPacked({ dtype, stride: strides[strides.length - 2] });

/**
 * Whether the last two axes are best walked in square tiles: some operand runs along memory down the columns, so that going
 * row by row would gather its elements one by one.
 */
export function isTiled({ lanes }: KernelContext, { values, extents, inputs, outputs }: ElementMap): boolean {
  if (lanes !== 4 || extents.length < 2 || values.length !== 1) return false;
  if ([...inputs, ...outputs].some(({ dtype }) => bytesPerElement[dtype] !== 4)) return false;
  const across = (walker: { readonly strides: readonly Amount[]; readonly dtype: keyof typeof bytesPerElement }): boolean =>
    runsAcross(walker.strides, walker.dtype) || walker.strides[extents.length - 1] === 0;
  return outputs.every(({ strides, dtype }) => runsAcross(strides, dtype))
    && inputs.every((walker) => across(walker) || runsDown(walker.strides, walker.dtype))
    && inputs.some((walker) => !across(walker));
}

/** Walks the last two axes by tiles; `rest(pointers, rows, columns)` writes the code for what no tile covers. */
export function emitTiles(
  context: KernelContext, map: ElementMap, pointers: readonly Local[],
  rest: (pointers: readonly Local[], rows: Amount, columns: Amount) => void,
): void {
  const { f } = context;
  const { extents, inputs, outputs } = map;
  const all = [...inputs, ...outputs];
  const axis = extents.length - 1;
  const [rows, columns] = f.locals("i32", 2);
  const down = pointers.map((pointer) => copied(f, pointer));
  pushAmount(f, extents[axis - 1]).set(rows);
  const bands = (tiles: number): void => {
    f.while(() => f.get(rows).i32(tiles * side).op("i32.ge_u"), () => {
      const across = down.map((pointer) => copied(f, pointer));
      pushAmount(f, extents[axis]).set(columns);
      f.while(() => f.get(columns).i32(side).op("i32.ge_u"), () => {
        const place = across.map((pointer) => copied(f, pointer));
        for (let tile = 0; tile < tiles; tile++) {
          emitTile(context, map, place);
          if (tile + 1 < tiles) all.forEach(({ strides }, i) => advance(f, place[i], strides[axis - 1], side));
        }
        f.release(...place);
        all.forEach(({ strides }, i) => advance(f, across[i], strides[axis], side));
        f.get(columns).i32(side).op("i32.sub").set(columns);
      });
      rest(across, tiles * side, { local: columns });
      f.release(...across);
      all.forEach(({ strides }, i) => advance(f, down[i], strides[axis - 1], tiles * side));
      f.get(rows).i32(tiles * side).op("i32.sub").set(rows);
    });
  };
  bands(tilesDown);
  bands(1);
  rest(down, { local: rows }, extents[axis]);
  f.release(rows, columns, ...down);
}

function copied(f: FunctionBuilder, pointer: Local): Local {
  const own = f.local("i32");
  f.get(pointer).set(own);
  return own;
}

function emitTile(context: KernelContext, { values, extents, inputs, outputs }: ElementMap, pointers: readonly Local[]): void {
  const { f, lanes } = context;
  const axis = extents.length - 1;
  const tiles = inputs.map(({ dtype, strides, held }, i) => {
    if (held !== undefined) return new Array<Local>(side).fill(held);
    const vectors = f.locals("v128", side);
    const down = !runsAcross(strides, dtype) && strides[axis] !== 0;
    const load = strides[axis] === 0 ? "v128.load32_splat" : "v128.load";
    vectors.forEach((vector, k) => {
      const offset = pushAddress(f, pointers[i], strides[down ? axis : axis - 1], k, 0);
      f.memory(load, offset).set(vector);
    });
    if (down) transpose(f, vectors);
    return vectors;
  });
  const [output] = outputs;
  for (let k = 0; k < side; k++) {
    const at = position(context, values, (index) => { f.get(tiles[index][k]); return 4; }, lanes);
    const result = f.local("v128");
    at.push(values[0]);
    f.set(result);
    const offset = pushAddress(f, pointers[inputs.length], output.strides[axis - 1], k, 0);
    f.get(result).memory("v128.store", offset);
    f.release(result);
    at.done();
  }
  tiles.forEach((vectors, i) => { if (inputs[i].held === undefined) f.release(...vectors); });
}

/** Makes columns of four vectors of 32-bit lanes their rows. */
function transpose(f: FunctionBuilder, [a, b, c, d]: readonly Local[]): void {
  const interleaveLow = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
  const interleaveHigh = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
  const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
  const highHalves = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];
  const [abLow, abHigh] = f.locals("v128", 2);
  f.get(a, b).shuffle(interleaveLow).set(abLow).get(a, b).shuffle(interleaveHigh).set(abHigh);
  const [cdLow, cdHigh] = [a, b];
  f.get(c, d).shuffle(interleaveLow).set(cdLow).get(c, d).shuffle(interleaveHigh).set(cdHigh);
  f.get(abHigh, cdHigh).shuffle(lowHalves).set(c).get(abHigh, cdHigh).shuffle(highHalves).set(d);
  f.get(abLow, cdLow).shuffle(highHalves).set(b);
  f.get(abLow, cdLow).shuffle(lowHalves).set(a);
  f.release(abLow, abHigh);
}
