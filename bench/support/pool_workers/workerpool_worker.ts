import workerpool from "npm:workerpool@10.0.3";
import { runTask } from "./tasks.ts";

workerpool.worker({ runTask });
