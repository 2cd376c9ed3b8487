/**
 * Tests of the packaged gateway in a process of its own: how it starts and refuses to start, and that nothing is lost
 * when it, or its database, dies. Run by {@code mvn verify}; longer and harder with {@code -Pproof}.
 */
@NullMarked
package dev.comporta.process;

import org.jspecify.annotations.NullMarked;
