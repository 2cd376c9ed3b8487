/** The Anthropic dialect: messages requests, answers, streams and errors, written from and read to the common form. */
@NullMarked
package dev.comporta.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
