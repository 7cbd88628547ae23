// Lets Node 20 import this repository's TypeScript.
import { register } from "tsx/esm/api";

register();
