// Every scenario by its name, in the order in which `all` runs them.

import type { Scenario } from "../scenario.js";
import { missedGenerations, shelf } from "./absences.js";
import { dlKeyChange } from "./dl-key-change.js";
import { lostCurrent } from "./lost-current.js";
import { normal } from "./normal.js";
import { downloadServerDown, halfRollout } from "./outages.js";
import { postQuantum } from "./post-quantum.js";
import { revokedAfterStored, revokedAfterUnstored } from "./revoked-after.js";
import { revokedBefore } from "./revoked-before.js";
import { revokedNext } from "./revoked-next.js";
import { singleAuthority } from "./single-authority.js";

export const scenarios = new Map<string, Scenario>(
	[
		normal,
		revokedBefore,
		revokedAfterStored,
		revokedAfterUnstored,
		revokedNext,
		singleAuthority,
		missedGenerations,
		shelf,
		halfRollout,
		downloadServerDown,
		lostCurrent,
		postQuantum,
		dlKeyChange,
	].map(scenario => [scenario.name, scenario]),
);
