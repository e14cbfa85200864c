import { bandWork } from "../../phases.ts";
import type { Band } from "../../bands.ts";
import { bytesPerElement } from "../../../dtype.ts";
import type { ControlKernel, Operand } from "../../program.ts";
import type { FunctionBuilder, Local } from "../encoder.ts";
import { control } from "./barrier.ts";
import { known } from "../../sizes.ts";

/** A band whose kernels are functions of the module. */
export interface WrittenBand {
  readonly band: Band;
  readonly runs: readonly { readonly functions: readonly number[]; readonly block: number }[];
  /** The phases of each list of kernels of a loop or branch. */
  readonly bodies: readonly (readonly WrittenPhase[])[];
}
export type WrittenPhase = readonly WrittenBand[];

/** Where `run` keeps what it needs between phases. */
export interface ScheduleContext {
  readonly f: FunctionBuilder;
  readonly thread: Local;
  readonly threads: Local;
  readonly scratch: Local;
  /** The turn of each loop over kernels. */
  readonly turns: readonly Local[];
  readonly shared: boolean;
  /** Writes a barrier, where there may be several threads. */
  readonly barrier: () => void;
  /** Of each buffer, in bytes. */
  readonly addresses: readonly number[];
  /** From so many operations on, a band beside others is cut into parts. */
  readonly dividedWork: number;
}

/** Writes phases, one after the other, with a barrier behind each. */
export function emitPhases(context: ScheduleContext, phases: readonly WrittenPhase[]): void {
  const { f, thread, threads, shared, barrier } = context;
  for (const phase of phases) {
    const flow = phase[0].band.control;
    if (flow !== null) {
      emitControl(context, flow, phase[0].bodies);
      continue;
    }
    if (phase.length === 1) emitOwnShare(context, phase[0], thread, threads);
    else if (!shared) phase.forEach((band) => emitWhole(context, band));
    else f.get(threads).i32(1).op("i32.eq").if(() => phase.forEach((band) => emitWhole(context, band)), () => emitTaking(context, phase));
    barrier();
  }
}

/** Runs the functions of a band on units from `start` to `end`, block by block where blocks pay. */
function emitUnits({ f, scratch, turns }: ScheduleContext, { runs }: WrittenBand, start: Local, end: Local): void {
  const [from, to] = f.locals("i32", 2);
  const call = (functions: readonly number[], first: Local, last: Local): void => functions.forEach((index) => f.get(first, last, scratch, ...turns).call(index));
  for (const { functions, block } of runs) {
    if (block === 0) {
      call(functions, start, end);
      continue;
    }
    f.get(start).set(from).loop((again) => {
      // min(from + block, end)
      f.get(from).i32(block).op("i32.add").tee(to).get(end, to).get(end).op("i32.lt_u").op("select").set(to);
      call(functions, from, to);
      f.get(to).tee(from).get(end).op("i32.lt_u").branchIf(again);
    });
  }
  f.release(from, to);
}

/** All of a band. */
function emitWhole(context: ScheduleContext, written: WrittenBand): void {
  const { f } = context;
  const [start, end] = f.locals("i32", 2);
  f.i32(0).set(start).i32(written.band.units).set(end);
  emitUnits(context, written, start, end);
  f.release(start, end);
}

/** Part number `part` of `parts` equal ones of a band; an undivided band is part 0. */
function emitOwnShare(context: ScheduleContext, written: WrittenBand, part: Local, parts: Local): void {
  const { f } = context;
  const { units } = written.band;
  if (units === 0) {
    f.get(part).op("i32.eqz").if(() => emitWhole(context, written));
    return;
  }
  const [start, end] = f.locals("i32", 2);
  // units · part may need more than 32 bits.
  const boundary = (at: () => void, to: Local): void => {
    at();
    f.op("i64.extend_i32_u").i64(BigInt(units)).op("i64.mul").get(parts).op("i64.extend_i32_u").op("i64.div_u").op("i32.wrap_i64").set(to);
  };
  boundary(() => f.get(part), start);
  boundary(() => f.get(part).i32(1).op("i32.add"), end);
  f.get(start, end).op("i32.lt_u").if(() => emitUnits(context, written, start, end));
  f.release(start, end);
}

/** Threads take the bands of a phase, or their parts, one after the other, until none is left. Who takes which changes no result. */
function emitTaking(context: ScheduleContext, phase: WrittenPhase): void {
  const { f, threads } = context;
  const task = f.local("i32");
  f.loop((again) => {
    f.i32(0).i32(1).memory("i32.atomic.rmw.add", control.next).set(task);
    for (const written of phase) {
      if (written.band.units > 0 && bandWork(written.band) >= context.dividedWork) {
        f.get(task, threads).op("i32.lt_u").if(() => { emitOwnShare(context, written, task, threads); f.branch(again); });
        f.get(task, threads).op("i32.sub").set(task);
      } else {
        f.get(task).op("i32.eqz").if(() => { emitWhole(context, written); f.branch(again); });
        f.get(task).i32(1).op("i32.sub").set(task);
      }
    }
  });
  f.release(task);
}

/** A loop or branch: every thread takes it alike, for what it looks at was written before a barrier. */
function emitControl(context: ScheduleContext, { flow, depth }: ControlKernel, [first, second]: readonly (readonly WrittenPhase[])[]): void {
  const { f, turns, barrier, addresses } = context;
  const pushCondition = ({ buffer, offset, dtype }: Operand): void => { f.i32(addresses[buffer] + known(offset) * bytesPerElement[dtype]).memory("i32.load8_u"); };
  const turn = turns[depth];
  switch (flow.kind) {
    case "repeat":
      if (flow.times === 0) break;
      f.i32(0).set(turn).loop((again) => {
        emitPhases(context, first);
        f.get(turn).i32(1).op("i32.add").tee(turn).i32(flow.times).op("i32.lt_u").branchIf(again);
      });
      break;
    case "while":
      f.block((done) => f.loop((again) => {
        emitPhases(context, first);
        pushCondition(flow.condition);
        f.op("i32.eqz").branchIf(done);
        // Nobody may write the condition again before all have seen it.
        barrier();
        emitPhases(context, second);
        f.branch(again);
      }));
      break;
    case "if":
      pushCondition(flow.condition);
      f.if(() => emitPhases(context, first), () => emitPhases(context, second));
      break;
  }
  barrier();
}
