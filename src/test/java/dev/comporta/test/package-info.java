/** The gateway from outside: a scripted provider on one side, real callers on the other, and what both saw. */
@NullMarked
package dev.comporta.test;

import org.jspecify.annotations.NullMarked;
