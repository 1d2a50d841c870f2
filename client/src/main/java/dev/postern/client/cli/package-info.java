/** The postern command. */
@org.jspecify.annotations.NullMarked
package dev.postern.client.cli;
