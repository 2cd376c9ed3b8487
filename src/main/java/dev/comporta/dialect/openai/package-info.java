/** The OpenAI dialect: chat completion requests, answers, streams and errors, touched as little as possible. */
@NullMarked
package dev.comporta.dialect.openai;

import org.jspecify.annotations.NullMarked;
