// The SDK's module `mc/config`: the settings are built into the firmware.

import { settings } from "../../../boards/xs/natives.js";

export default { baton: JSON.parse(settings()) };
