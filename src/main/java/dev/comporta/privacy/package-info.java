/**
 * What people may expect of those who keep their words: redaction, retention, erasure. Nothing here is needed to serve
 * a call.
 */
@NullMarked
package dev.comporta.privacy;

import org.jspecify.annotations.NullMarked;
