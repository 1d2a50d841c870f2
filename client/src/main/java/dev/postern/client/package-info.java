/** The programs that a person runs; each package says which. */
@org.jspecify.annotations.NullMarked
package dev.postern.client;
