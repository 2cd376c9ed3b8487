/**
 * Messages to people and programs: mail and signed webhooks, kept until they are delivered or given up, and sent once
 * however many replicas notice. What there is to say, other rooms know.
 */
@NullMarked
package dev.comporta.alert;

import org.jspecify.annotations.NullMarked;
