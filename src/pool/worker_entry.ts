import { openWorkerScope } from "../runtime/worker_scope.ts";
import { startWorker } from "./item_runner.ts";

startWorker(openWorkerScope());
