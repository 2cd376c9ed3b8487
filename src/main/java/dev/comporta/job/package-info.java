/**
 * Work that is done from time to time, once in the whole cluster, by the built-in scheduler or on demand. What a job
 * does, the room knows to which it belongs.
 */
@NullMarked
package dev.comporta.job;

import org.jspecify.annotations.NullMarked;
