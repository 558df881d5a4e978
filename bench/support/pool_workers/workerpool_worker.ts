import workerpool from "workerpool";
import { runTask } from "./tasks.ts";

workerpool.worker({ runTask });
