/**
 * The door: {@code /v1/*} as plain Vert.x routes in the caller's dialect, and the errors of the admin API. Takes
 * requests in and writes replies out; what happens in between is the pipeline's.
 */
@NullMarked
package dev.comporta.http;

import org.jspecify.annotations.NullMarked;
