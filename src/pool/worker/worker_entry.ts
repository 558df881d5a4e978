import { openWorkerScope } from "../../runtime/worker_scope.ts";
import { servePool } from "./serve_pool.ts";

servePool(openWorkerScope());
