import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const executablePath = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`).find((path) => existsSync(path));
const args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Tests of pages are skipped where there is no Chromium at /usr/bin; NDGRAD_REQUIRE_ALL=1 makes the whole run fail then. */
export const chromiumIsHere: boolean = executablePath !== undefined;

export const launchChromium = (...more: readonly string[]): Promise<Browser> =>
  chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: [...args, ...more] });

/** What a page said in a visit, and how many workers it has now. */
export interface Visit {
  readonly page: Page;
  /** Errors that nobody caught. */
  readonly uncaught: readonly string[];
  /** These, and what else the console calls an error. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly workers: { readonly now: number; readonly ever: number };
}

/** A page at an address, for as long as `look` looks at it. */
export async function visit<T>(browser: Browser, address: string, look: (visit: Visit) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  const uncaught: string[] = [];
  const errors: string[] = [];
  const warnings: string[] = [];
  const workers = { now: 0, ever: 0 };
  page.on("pageerror", (error) => {
    uncaught.push(String(error));
    errors.push(String(error));
  });
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
    if (message.type() === "warning") warnings.push(message.text());
  });
  page.on("worker", (worker) => {
    workers.now++;
    workers.ever++;
    worker.on("close", () => { workers.now--; });
  });
  try {
    await page.goto(address);
    return await look({ page, uncaught, errors, warnings, workers });
  } finally {
    await page.close();
  }
}
