/** Runs with the method mix, killed at random moments. */
import { testKills } from "./test-kills.ts";

testKills("mix");
