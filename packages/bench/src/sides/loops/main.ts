import { serve } from "../../harness/serve.ts";
import { loops } from "./implementation.ts";

await serve(loops);
