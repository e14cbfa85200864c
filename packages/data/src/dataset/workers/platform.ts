import { nodeWorkerThreads, processorCount } from "@ndgrad/core/internal";

/** One worker, whatever the platform calls it. */
export interface Helper {
  post(message: unknown, buffers: readonly ArrayBuffer[]): void;
  /** Whether the process has to wait for it. */
  hold(wanted: boolean): void;
  end(): void;
}

/** Who is told what a worker does. */
export interface Listener {
  message(message: unknown): void;
  /** It broke down, or ended by itself. */
  failed(cause: unknown): void;
}

/** How workers are started here, and how many processors there are. */
export interface Platform {
  readonly processors: number;
  start(source: string, listener: Listener): Helper;
}

interface NodeWorker {
  on(event: string, listen: (value: unknown) => void): void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}
interface NodeWorkers { readonly Worker: new (source: string, options: { readonly eval: true; readonly execArgv: readonly string[] }) => NodeWorker }

/** How a worker's code, which is text, begins: `port` sends, `receive(listen)` listens. */
export const prologue = {
  node: `const { parentPort: port } = process.getBuiltinModule("node:worker_threads");
const receive = (listen) => { port.on("message", listen); };`,
  browser: `const port = self;
const receive = (listen) => { self.onmessage = (event) => listen(event.data); };`,
} as const;

/** Node's worker threads, a browser's Workers, or null where there are none. */
export function workerPlatform(): Platform | null {
  const nodeWorkers = nodeWorkerThreads<NodeWorkers>();
  if (nodeWorkers !== undefined) return nodePlatform(nodeWorkers);
  if (typeof Worker === "undefined" || typeof Blob === "undefined") return null;
  return { processors: processorCount(), start: startInBrowser };
}

function nodePlatform({ Worker }: NodeWorkers): Platform {
  return {
    processors: processorCount(),
    start(source, listener) {
      // The process's own options are not for workers: --input-type would make modules of them, --import have them wait for loaders.
      const worker = new Worker(`${prologue.node}\n${source}`, { eval: true, execArgv: [] });
      worker.unref();
      worker.on("message", (message) => { listener.message(message); });
      worker.on("messageerror", (error) => { listener.failed(error); });
      worker.on("error", (error) => { listener.failed(error); });
      worker.on("exit", (code) => { listener.failed(new Error(`the worker ended with exit code ${String(code)}`)); });
      return {
        post: (message, buffers) => { worker.postMessage(message, buffers); },
        hold: (wanted) => { if (wanted) worker.ref(); else worker.unref(); },
        end: () => void worker.terminate(),
      };
    },
  };
}

function startInBrowser(source: string, listener: Listener): Helper {
  const url = URL.createObjectURL(new Blob([`${prologue.browser}\n${source}`], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => { listener.message(data); };
  worker.onmessageerror = () => { listener.failed(new Error("its message could not be read")); };
  worker.onerror = (event) => { listener.failed(new Error(event.message || "the page does not allow workers of blob: addresses (worker-src in its security policy)")); };
  return {
    post: (message, buffers) => { worker.postMessage(message, [...buffers]); },
    hold: () => undefined,
    end() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
