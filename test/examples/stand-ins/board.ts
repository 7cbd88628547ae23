// The SDK boards' `board/board`, on the simulator board.

export { xsBoard as board } from "../../../boards/xs/board.js";
