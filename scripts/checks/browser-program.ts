import type * as Core from "@ndgrad/core";
import type * as Internal from "@ndgrad/core/internal";
import type * as Network from "@ndgrad/nn";

/** What a platform makes of the program. */
export interface BrowserReport {
  /** What must be the same everywhere, bit for bit. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly engine: string;
  /** How many threads compiled programs may use, unasked. */
  readonly threads: number;
  /** Whether helpers came to serve, however many there are. */
  readonly ready: boolean;
  /** What asking for two threads said; empty where there are two. */
  readonly refusal: string;
}

/**
 * Eager operations, gradients, and a training step on one and on more threads. A page runs the text of this function, so it
 * knows nothing but its arguments.
 */
export async function program(nd: typeof Core, nn: typeof Network, internal: typeof Internal): Promise<BrowserReport> {
  const numbersOf = (x: Core.Tensor): readonly number[] => Array.from(x.data);
  const drawn = nd.generator(7);
  const x = drawn.normal([64, 100]);
  const labels = drawn.integers([64], { high: 10 });
  const f = (at: Core.Tensor): Core.Tensor => at.tanh().mul(at.exp()).sin().sum();
  const points = nd.linspace(-2, 2, 41, { dtype: "float64" });

  const net = nn.sequential(nn.dense(100, 256, { seed: 1 }), nn.relu, nn.dense(256, 10, { seed: 2 }));
  const adam = nn.adam({ lr: 0.01 });
  const step = nd.compile((batch: Core.Tensor<[number, 100]>, target: Core.Tensor) => {
    const { value, grads } = nd.valueAndGrad(() => nn.crossEntropy(net(batch), target), net.parameters());
    adam.update(net.parameters(), grads);
    return value;
  });
  const losses: number[] = [];
  const isReady = (): boolean => internal.currentEngine().runtime?.ready ?? false;
  const train = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) losses.push(step(x, labels).item());
    // Helpers start while the page is idle; from then on they do their share.
    for (let wait = 0; wait < 500 && !isReady(); wait++) await new Promise((resolve) => { setTimeout(resolve, 20); });
    for (let turn = 0; turn < 5; turn++) losses.push(step(x, labels).item());
  };

  const threads = nd.getThreads();
  await train();
  let ready = isReady();
  let refusal = "";
  try {
    nd.setThreads(2);
  } catch (error) {
    refusal = String(error);
  }
  await train();
  ready &&= isReady();
  nd.setThreads(1);
  await train();

  return {
    numbers: {
      product: numbersOf(nd.matmul(x.transpose(), x)),
      functions: numbersOf(x.erf().add(x.sigmoid()).pow(3)),
      gradient: numbersOf(nd.grad(f)(points)),
      secondDerivative: numbersOf(nd.grad((at: Core.Tensor) => nd.grad(f)(at).sum())(points)),
      losses,
      ...Object.fromEntries(Object.entries(net.parameters()).map(([path, { value }]) => [path, numbersOf(value)])),
    },
    engine: internal.currentEngine().name, threads, ready, refusal,
  };
}
