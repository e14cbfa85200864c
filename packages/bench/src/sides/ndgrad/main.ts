import { serve } from "../../harness/serve.ts";
import { ndgrad } from "./implementation.ts";

await serve(ndgrad(!process.argv.includes("--eager")));
