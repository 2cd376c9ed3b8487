/**
 * One attempt at one target: the provider's address and dialect, its credential, the request sent, the answer streamed
 * back. Decides nothing about which target, nor about what to do when it fails.
 */
@NullMarked
package dev.comporta.provider;

import org.jspecify.annotations.NullMarked;
