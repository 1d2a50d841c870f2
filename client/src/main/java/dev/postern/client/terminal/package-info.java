/** The person's terminal: raw mode, its size, signals. Linux on x86-64 and arm64. */
@org.jspecify.annotations.NullMarked
package dev.postern.client.terminal;
