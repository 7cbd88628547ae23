// Entry point of the firmware on the simulator.

import { boot } from "../xs/device.js";

boot();
