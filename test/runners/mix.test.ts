/** The method mix keeps the promises of all methods. */
import { testMethod } from "./conformance.ts";

testMethod("mix");
