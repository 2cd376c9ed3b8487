/**
 * Wire formats: what a request, an answer, a stream and an error look like. No I/O, no state beyond one message or
 * stream.
 */
@NullMarked
package dev.comporta.dialect;

import org.jspecify.annotations.NullMarked;
