// Entry point of the firmware on the simulator.

import { runDevice } from "./device.js";

runDevice();
