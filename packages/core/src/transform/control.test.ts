import { describe, expect, test } from "vitest";
import { shareAll, waitUntilReady } from "../../testing/threads.ts";
import { installEngine } from "../engine/engine.ts";
import { createWasmEngine } from "../engine/wasm/engine.ts";
import { checkpoint, compile, cond, customVjp, generator, grad, hessian, matmul, printGraph, scan, tensor, valueAndGrad, variable, whileLoop, zeros, type Tensor } from "../index.ts";

/** Eager and compiled, side by side. */
const expectBoth = (f: (...args: Tensor[]) => Tensor | readonly Tensor[], ...args: Tensor[]): void => {
  const numbers = (result: Tensor | readonly Tensor[]): unknown => ("shape" in result ? result.toArray() : result.map((each) => each.toArray()));
  expect(numbers(compile(f)(...args))).toEqual(numbers(f(...args)));
};

describe("scan", () => {
  const running = (x: Tensor): Tensor[] => {
    const [total, sums] = scan((sum: Tensor, each: Tensor): [Tensor, Tensor] => [sum.add(each), sum.add(each)], tensor(0), x);
    return [total, sums];
  };
  test("adds up", () => {
    expect(running(tensor([1, 2, 3])).map((each) => each.toArray())).toEqual([6, [1, 3, 6]]);
    expectBoth(running, tensor([1, 2, 3]));
  });
  test("goes backwards", () => {
    expectBoth((x) => scan((sum: Tensor, each: Tensor): [Tensor, Tensor] => [sum.add(each), sum.add(each)], tensor(0), x, { reverse: true })[1], tensor([1, 2, 3]));
  });
  test("carries trees and takes from outside", () => {
    const w = tensor([[0.5, -0.25], [0.125, 1]]);
    expectBoth((x, v) => {
      const [{ h }, ys] = scan(({ h, n }: { h: Tensor; n: Tensor }, { x: each }: { x: Tensor }) => {
        const next = h.matmul(w).add(each.mul(v)).tanh();
        return [{ h: next, n: n.add(1) }, { y: next.sum(), n }];
      }, { h: zeros([2]) as Tensor, n: tensor(0, { dtype: "int32" }) as Tensor }, { x });
      return [h, ys.y, ys.n];
    }, tensor([[1, 2], [3, 4], [5, 6]]), tensor([0.1, 0.2]));
  });
  test("has gradients, of the carry, the sequence and what it takes from outside", () => {
    const loss = (x: Tensor, w: Tensor): Tensor => scan((h: Tensor, each: Tensor): [Tensor, Tensor] => { const next = h.mul(w).add(each).tanh(); return [next, next.mul(each)]; }, tensor(0.5, { dtype: "float64" }) as Tensor, x)[1].sum();
    const x = tensor([0.3, -0.2, 0.7, 0.1], { dtype: "float64" });
    const w = tensor(0.9, { dtype: "float64" });
    for (const argument of [0, 1]) {
      const plain = grad(loss, { argument })(x, w);
      const compiled = compile((a: Tensor, b: Tensor) => grad(loss, { argument })(a, b))(x, w);
      expect((compiled as Tensor).sub(plain as Tensor).abs().max().item()).toBeLessThan(1e-15);
    }
    const second = (at: Tensor): Tensor => hessian((y: Tensor) => loss(y, w))(at);
    expect(compile(second)(x).sub(second(x)).abs().max().item()).toBeLessThan(1e-15);
  });
  test("differentiates variables and advances those that it assigns", () => {
    const make = () => ({ w: variable(tensor(0.5)), count: variable(tensor(0)), random: generator(3) });
    const run = (wrap: <F extends (x: Tensor) => Tensor[]>(f: F) => F): unknown => {
      const { w, count, random } = make();
      const step = wrap((x: Tensor): Tensor[] => {
        const { value, grads } = valueAndGrad(() => scan((h: Tensor, each: Tensor): [Tensor, Tensor] => {
          count.assign(count.value.add(1));
          return [h.mul(w.value).add(each).add(random.uniform([])), h];
        }, tensor(0) as Tensor, x)[0], [w]);
        return [value, ...grads];
      });
      return [...step(tensor([1, 2, 3])), ...step(tensor([1, 2, 3])), count.value].map((each) => each.toArray());
    };
    expect(run((f) => compile(f as never) as never)).toEqual(run((f) => f));
  });
  test("holds functions with rules of their own", () => {
    const twice = customVjp((y: Tensor) => y.mul(2), ({ g, args: [y] }) => [g.mul(y)]);
    const loss = (x: Tensor, w: Tensor): Tensor => scan((h: Tensor, each: Tensor): [Tensor, Tensor] => {
      const next = checkpoint((y: Tensor) => twice(y.mul(w)).sin())(h.add(each));
      return [next, next];
    }, tensor(0.5, { dtype: "float64" }) as Tensor, x)[1].sum();
    const x = tensor([0.3, -0.2, 0.7], { dtype: "float64" });
    const w = tensor(0.9, { dtype: "float64" });
    for (const argument of [0, 1]) {
      const f = (a: Tensor, b: Tensor): Tensor => grad(loss, { argument })(a, b) as Tensor;
      expect(compile(f)(x, w).sub(f(x, w)).abs().max().item()).toBeLessThan(1e-15);
    }
  });
  test("pulls all its results back in one scan", () => {
    let turns = 0;
    const f = customVjp((y: Tensor) => y.mul(3), ({ g }) => { turns++; return [g.mul(3)]; });
    const loss = (x: Tensor): Tensor => { const [last, all] = scan((h: Tensor, each: Tensor): [Tensor, Tensor] => [f(h).add(each), h], tensor(1) as Tensor, x); return last.add(all.sum()); };
    const gradient = compile((x: Tensor) => grad(loss)(x))(tensor([1, 2, 3]));
    expect(turns).toBe(1);
    expect(gradient.toArray()).toEqual(grad(loss)(tensor([1, 2, 3])).toArray());
  });
  test("pulls results with a joint rule back together, though a graph that is bound again has other nodes between them", () => {
    let calls = 0;
    // Clips the norm of both cotangents: not linear, so that pulling each by itself gives another gradient.
    const clipped = customVjp((a: Tensor, b: Tensor): [Tensor, Tensor] => [a.mul(1), b.mul(1)], ({ g: [ga, gb] }): [Tensor, Tensor] => {
      calls++;
      const norm = ga.square().sum().add(gb.square().sum()).sqrt().maximum(1);
      return [ga.div(norm), gb.div(norm)];
    });
    const loss = (x: Tensor): Tensor => scan((c: Tensor): [Tensor, Tensor] => { const [p, q] = clipped(c, c.mul(2)); return [p.mul(3).add(q.mul(4).sin()), c]; }, x, [], { length: 2 })[0].sum();
    const x = tensor([0.3]);
    const eager = grad(loss)(x).item();
    calls = 0;
    expect(compile((y: Tensor) => grad(loss)(y))(x).item()).toBeCloseTo(eager, 6);
    expect(calls).toBe(1);
  });
  test("nested in one another have one scan back for each, and what that computes again", () => {
    const nest = (depth: number, a: Tensor, b: Tensor): [Tensor, Tensor] => {
      if (depth === 0) return [a.mul(b).sin(), b.mul(0.9).add(a)];
      return scan(([p, q]: [Tensor, Tensor]): [[Tensor, Tensor], Tensor] => { const [x, y] = nest(depth - 1, p, q); return [[x.exp().log(), y.tanh()], x]; }, [a, b], [], { length: 2 })[0];
    };
    const scans = [1, 2, 3, 4].map((depth) => {
      const f = (a: Tensor): Tensor => { const [p, q] = nest(depth, a, a.mul(2)); return p.add(q).sum(); };
      return printGraph((a: Tensor) => grad(f)(a), tensor([0.5])).match(/scan \d+:/g)?.length;
    });
    expect(scans).toEqual([2, 5, 9, 14]);
  });
  test("hands carries on to one another, as they were before the turn", () => {
    expectBoth((x) => scan(([a, b, c]: Tensor[], each: Tensor): [Tensor[], Tensor] => [[b, a, c.add(b)], each], [tensor([1, 2]), tensor([3, 4]), tensor([5, 6])] as Tensor[], x)[0], tensor([1, 2, 3]));
    expectBoth((x) => scan(([a, b]: Tensor[], each: Tensor): [Tensor[], Tensor] => [[a.add(each), a], b], [tensor(1), tensor(2)] as Tensor[], x).flat(), tensor([1, 2, 3]));
    expectBoth((x) => whileLoop(([n]: Tensor[]) => n.less(4), ([n, a, b]: Tensor[]) => [n.add(1), b, a], [x, x.mul(2), x.mul(3)]), tensor(1));
  });
  test("nests, each loop with its own elements, with gradients through both", () => {
    const f = (x: Tensor): Tensor[] => {
      const [last, rows] = scan((h: Tensor, row: Tensor): [Tensor, Tensor] => {
        const [inner, all] = scan((g: Tensor, each: Tensor): [Tensor, Tensor] => [g.mul(0.5).add(each.mul(h)), g.sub(each)], h, row);
        return [inner, all];
      }, tensor(1, { dtype: "float64" }) as Tensor, x, { reverse: true });
      return [last, rows];
    };
    const x = tensor([[1, 2, 4], [8, -1, 3]], { dtype: "float64" });
    expectBoth(f, x);
    expectBoth((y) => grad((z: Tensor) => { const [last, rows] = f(z); return last.add(rows.mul(z).sum()); })(y), x);
  });
  test("of no steps gives the carry as it was, and results without elements", () => {
    const count = variable(tensor(5));
    const f = (x: Tensor): Tensor[] => {
      const [last, { all, sums }] = scan((h: Tensor, each: Tensor): [Tensor, { all: Tensor; sums: Tensor }] => {
        count.assign(count.value.add(1));
        return [h.add(each), { all: each.mul(2), sums: each.sum() }];
      }, tensor([1, 2]) as Tensor, x);
      return [last, all, sums];
    };
    expect(f(zeros([0, 2])).map(({ shape }) => shape)).toEqual([[2], [0, 2], [0]]);
    expectBoth(f, zeros([0, 2]));
    expectBoth((x) => grad((y: Tensor) => f(y).map((each) => each.sum()).reduce((a, b) => a.add(b)))(x), zeros([0, 2]));
    expect(count.value.item()).toBe(5);
  });
  test("names what does not fit", () => {
    const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => [h.add(x), x];
    expect(() => scan(step, tensor(0) as Tensor, tensor([[1, 2], [3, 4]]) as Tensor)).toThrow(/scan: carried tensor 0 goes in as float32\[\] and comes out as float32\[2\]/);
    expect(() => compile((x: Tensor) => scan(step, tensor(0) as Tensor, x)[0])(tensor([[1, 2], [3, 4]]))).toThrow(/carried tensor 0/);
    expect(() => scan(step, tensor(0) as Tensor, tensor(1) as Tensor)).toThrow(/rank 0/);
  });
});

describe("whileLoop", () => {
  const double = (x: Tensor): Tensor => whileLoop((y: Tensor) => y.less(100), (y: Tensor) => y.mul(2), x);
  test("runs as often as the values ask", () => {
    expect(double(tensor(3)).item()).toBe(192);
    for (const start of [3, 60, 100, 1000]) expectBoth(double, tensor(start));
  });
  test("has a gradient outside of compile, and says so inside", () => {
    expect(grad(double)(tensor(3)).item()).toBe(64);
    expect(() => compile((x: Tensor) => grad(double)(x))(tensor(3))).toThrow(/whileLoop: has no gradient inside compile/);
  });
  test("says so of variables that its step assigns, too", () => {
    const total = variable(tensor(0) as Tensor);
    const loss = (x: Tensor): Tensor => {
      total.assign(x);
      whileLoop((n: Tensor) => n.less(3), (n: Tensor) => { total.assign(total.value.mul(2)); return n.add(1); }, tensor(0));
      return total.value;
    };
    expect(grad(loss)(tensor(3)).item()).toBe(8);
    expect(() => compile((x: Tensor) => grad(loss)(x))(tensor(3))).toThrow(/whileLoop: has no gradient inside compile/);
  });
});

describe("cond", () => {
  const f = (x: Tensor): Tensor => cond(x.greater(0), () => x.log(), () => x.square());
  test("runs the chosen side", () => {
    for (const x of [2, -3]) expectBoth(f, tensor(x));
  });
  test("has the gradient of the chosen side, which the other cannot spoil", () => {
    for (const x of [2, -3, 0]) expectBoth((y) => grad(f)(y), tensor(x));
    for (const x of [2, -3]) expectBoth((y) => grad(grad(f))(y), tensor(x));
  });
  test("carries variables through both sides", () => {
    const count = variable(tensor(0));
    const step = compile((x: Tensor) => cond(x.greater(0), () => { count.assign(count.value.add(1)); return x; }, () => x.neg()));
    for (const x of [1, -1, 5]) step(tensor(x));
    expect(count.value.item()).toBe(2);
  });
});

test("loops and branches over constants are computed when they are compiled", () => {
  const three = tensor(3);
  expectBoth((x) => x.add(scan((h: Tensor): [Tensor, Tensor] => [h.mul(2), h], tensor(1) as Tensor, [], { length: 4 })[1]), tensor([1, 2, 3, 4]));
  expectBoth((x) => x.add(whileLoop((h: Tensor) => h.less(100), (h: Tensor) => h.mul(2), three)), tensor([1, 2]));
  // Known only once constants are folded.
  expectBoth((x) => scan((h: Tensor, each: Tensor): [Tensor, Tensor] => [cond(three.mul(2).less(7), () => h.add(each), () => h), h], tensor(0) as Tensor, x)[1], tensor([1, 2]));
  expectBoth((x) => scan((h: Tensor, each: Tensor): [Tensor, Tensor] => [h.add(each).add(whileLoop((n: Tensor) => n.less(5), (n: Tensor) => n.add(3), zeros([]))), h], tensor(0) as Tensor, x)[1], tensor([1, 2]));
});

test("a product that one thread computes is computed in a loop as well, behind other work of all threads", () => {
  const engine = createWasmEngine(shareAll);
  const before = installEngine(engine);
  try {
    engine.runtime?.setThreads(2);
    // Of five rows the main thread takes two: it waits for the other one, and counts, before the loop begins.
    const f = compile((wide: Tensor, w: Tensor): Tensor => {
      const start = wide.sin().sum({ axis: 1 }).slice([[0, 3]]);
      return scan((h: Tensor): [Tensor, Tensor] => [matmul(w, h).tanh(), h], start.reshape([3, 1]) as Tensor, [], { length: 3 })[0];
    });
    const [wide, w] = [generator(1).uniform([5, 4000]), tensor([[0.5, -1, 0.25], [1, 0.5, -0.5], [0, 1, -1]])];
    f(wide, w);
    if (engine.runtime !== undefined) waitUntilReady(engine.runtime);
    const shared = Array.from({ length: 20 }, () => f(wide, w).toArray());
    engine.runtime?.setThreads(1);
    const alone = f(wide, w).toArray();
    for (const each of shared) expect(each).toEqual(alone);
  } finally {
    engine.runtime?.setThreads(1);
    if (before !== null) installEngine(before);
  }
});

test("cond takes no operands beside its functions, which would be ignored", () => {
  const loose = cond as (...args: readonly unknown[]) => unknown;
  expect(() => loose(tensor(true), () => tensor(1), () => tensor(2), tensor(3))).toThrow("cond: takes a condition and two functions, got 4 arguments");
});
