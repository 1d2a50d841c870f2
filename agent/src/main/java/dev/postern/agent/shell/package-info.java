/** Shells and commands on this node: terminals, accounts, and the end of everything they start. */
@org.jspecify.annotations.NullMarked
package dev.postern.agent.shell;
