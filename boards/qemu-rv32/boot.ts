// Entry point of the firmware on the qemu-rv32 board. As the Moddable SDK does with preloaded modules, everything up
// to here runs before the device starts, and what it leaves is only read afterwards; the device's own machine starts
// with the function that is left here.

import { boot } from "../xs/device.js";

(globalThis as { start?: () => void }).start = boot;
