// One of the operators: a process of its own, which types one verb after the other.

import { runInProcess } from "../host/in-process.js";

export interface Typed {
	verb: string[];
	folder: string;
}

process.on("message", ({ verb, folder }: Typed) => {
	void runInProcess(verb, folder).then(ran => process.send!(ran));
});
process.send!("ready");
