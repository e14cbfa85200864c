import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";

installEngine(referenceEngine);
