/** The method auto keeps the promises of all methods. */
import { testMethod } from "./conformance.ts";

testMethod("auto");
