import { nodeWorkerThreads, processorCount } from "./platform.ts";

/** One worker, whatever the platform calls it. */
export interface Helper {
  post(message: unknown, buffers?: readonly ArrayBuffer[]): void;
  /** Whether the process has to wait for it; it does not unless told so. */
  hold(wanted: boolean): void;
  /** Whether it still runs, as far as the platform tells before its end is heard of: code that waits in one turn hears nothing. */
  alive(): boolean;
  /** Resolves when it is gone; its listener hears nothing more. */
  end(): Promise<void>;
}

/** Who is told what a worker does. */
export interface Listener {
  message(message: unknown): void;
  /** It broke down, or ended by itself: told once. */
  failed(cause: unknown): void;
}

/** How workers are started here, and how many processors there are. */
export interface WorkerPlatform {
  readonly processors: number;
  /** Starts one on a program, which is text: a file of its own could not be found again under every loader and bundler. It has `port`, which sends, and `receive(listen)`. */
  start(source: string, listener: Listener): Helper;
}

interface NodeWorker {
  readonly performance: { eventLoopUtilization(): { readonly idle: number } };
  on(event: string, listen: (value: unknown) => void): void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}
interface NodeWorkers { readonly Worker: new (source: string, options: { readonly eval: true; readonly execArgv: readonly string[] }) => NodeWorker }

const nodePrologue = `const { parentPort: port } = process.getBuiltinModule("node:worker_threads");
const receive = (listen) => { port.on("message", listen); };`;
const browserPrologue = `const port = self;
const receive = (listen) => { self.onmessage = (event) => listen(event.data); };`;

/** Node's worker threads, a browser's Workers, or null where there are none. */
export function workerPlatform(): WorkerPlatform | null {
  const nodeWorkers = nodeWorkerThreads<NodeWorkers>();
  if (nodeWorkers !== undefined) return { processors: processorCount(), start: (source, listener) => startInNode(nodeWorkers, source, listener) };
  if (typeof Worker === "undefined" || typeof Blob === "undefined") return null;
  return { processors: processorCount(), start: startInBrowser };
}

/** A listener that hears of the first failure only, and of nothing once it is closed. */
function untilClosed(listener: Listener): Listener & { readonly close: () => void } {
  let open = true;
  return {
    message(message) { if (open) listener.message(message); },
    failed(cause) {
      if (!open) return;
      open = false;
      listener.failed(cause);
    },
    close() { open = false; },
  };
}

function startInNode({ Worker }: NodeWorkers, source: string, listener: Listener): Helper {
  // The process's own options are not for workers: --input-type would make modules of them, --import have them wait for loaders.
  const worker = new Worker(`${nodePrologue}\n${source}`, { eval: true, execArgv: [] });
  const told = untilClosed(listener);
  let gone = false;
  worker.on("message", (message) => { told.message(message); });
  worker.on("messageerror", (error) => { told.failed(error); });
  worker.on("error", (error) => { told.failed(error); });
  worker.on("exit", (code) => { gone = true; told.failed(new Error(`the worker ended with exit code ${String(code)}`)); });
  // It must not keep a program from ending: said last, since listening counts as waiting.
  worker.unref();
  return {
    post: (message, buffers = []) => { worker.postMessage(message, buffers); },
    hold: (wanted) => { if (wanted) worker.ref(); else worker.unref(); },
    // Node gives a stopped worker's idle time as −1, also within the turn in which it stopped.
    alive: () => !gone && worker.performance.eventLoopUtilization().idle >= 0,
    async end() {
      told.close();
      await worker.terminate();
    },
  };
}

function startInBrowser(source: string, listener: Listener): Helper {
  const url = URL.createObjectURL(new Blob([`${browserPrologue}\n${source}`], { type: "text/javascript" }));
  const worker = new Worker(url);
  const told = untilClosed(listener);
  worker.onmessage = ({ data }) => { told.message(data); };
  worker.onmessageerror = () => { told.failed(new Error("its message could not be read")); };
  worker.onerror = (event) => {
    event.preventDefault();
    told.failed(new Error(event.message || "the page does not allow workers of blob: addresses (worker-src in its security policy)"));
  };
  return {
    post: (message, buffers = []) => { worker.postMessage(message, [...buffers]); },
    hold: () => undefined,
    alive: () => true,
    end() {
      told.close();
      worker.terminate();
      URL.revokeObjectURL(url);
      return Promise.resolve();
    },
  };
}
