/** The client's end of a port session: what listens here, and what it carries. */
@org.jspecify.annotations.NullMarked
package dev.postern.client.forward;
