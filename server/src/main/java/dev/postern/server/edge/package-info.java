/**
 * The front door: from a request to a caller, an operation, a decision, an answer and an audit
 * event.
 */
@NullMarked
package dev.postern.server.edge;

import org.jspecify.annotations.NullMarked;
