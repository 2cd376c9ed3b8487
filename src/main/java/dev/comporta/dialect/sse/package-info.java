/** Server-sent events as bytes: found incrementally, whatever the split, and written. Knows no provider's content. */
@NullMarked
package dev.comporta.dialect.sse;

import org.jspecify.annotations.NullMarked;
