/**
 * What the resources of all rooms share: statements whose failures are told in the caller's words, and which client a
 * key may look at. It knows no room.
 */
@NullMarked
package dev.comporta.admin;

import org.jspecify.annotations.NullMarked;
