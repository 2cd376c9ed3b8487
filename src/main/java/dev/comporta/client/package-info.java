/**
 * Who is calling: clients, the gateway keys that prove it, and the REST API that administers both.
 *
 * <p>Answers calls from memory and never asks the database on their path. Does not decide what a caller may use or
 * spend, and never keeps the text of a key.
 */
@NullMarked
package dev.comporta.client;

import org.jspecify.annotations.NullMarked;
