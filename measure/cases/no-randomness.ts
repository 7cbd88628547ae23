// tweetnacl looks for Node's randomness when it loads; nothing here asks for any.
export {};
