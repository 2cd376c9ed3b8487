/** Anthropic's Messages API: read and written. */
@NullMarked
package dev.comporta.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
